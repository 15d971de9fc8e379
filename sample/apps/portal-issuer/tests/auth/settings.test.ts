import { ask, exchange } from '@ois/portal';
import { environment, sentTo, visit } from '@ois/portal/testing';
import { beforeEach, expect, test, vi } from 'vitest';
import { GET as config } from '../../app/config/route';
import { GET as health } from '../../app/health/route';
import { get } from './steps';

vi.mock('next/headers', () => import('@ois/portal/testing/request'));
vi.spyOn(console, 'error').mockImplementation(() => {});

beforeEach(() => visit());

const NOTHING = { OIDC_ISSUER: '', OIDC_INTERNAL_URL: '', PUBLIC_URL: '', SESSION_SECRET: '', OIDC_CLIENT: '', OIDC_ROLE: '', STAND_NAME: '' };

test('all that is missing is said at once', async () => {
  environment(NOTHING);
  const answer = await get('login');
  expect(answer.status).toBe(500);
  expect(await answer.text()).toContain(
    'This portal cannot sign anybody in: OIDC_ISSUER is not set; PUBLIC_URL is not set; SESSION_SECRET is not set; ' +
      'OIDC_CLIENT is not set; OIDC_ROLE is not set.',
  );
});

test.each([
  ['OIDC_ISSUER', 'keycloak:8080', 'OIDC_ISSUER is "keycloak:8080", must be a URL that begins with http:// or https://'],
  ['OIDC_INTERNAL_URL', 'keycloak', 'OIDC_INTERNAL_URL is "keycloak", must be a URL that begins with http:// or https://'],
  ['PUBLIC_URL', 'http://192.0.2.10/portal', 'PUBLIC_URL is "http://192.0.2.10/portal", must be a URL without a path'],
  ['SESSION_SECRET', 'a short one', 'SESSION_SECRET has 11 characters, must have 32 characters or more'],
  ['OIDC_CLIENT', 'a b', 'OIDC_CLIENT is "a b", must be letters, digits, _ and -'],
])('%s as %s is refused', async (name, value, sentence) => {
  environment({ [name]: value });
  const page = (await (await get('login')).text()).replaceAll('&#34;', '"');
  expect(page).toContain(`This portal cannot sign anybody in: ${sentence}.`);
  expect(page).not.toContain('a short one');
});

test('without settings a portal is healthy, and its pages lead to the page that says what is missing', async () => {
  environment(NOTHING);
  expect((await health()).status).toBe(200);
  expect(await sentTo(ask(exchange.assets()))).toBe('/auth/login?to=%2F');
});

test('what was baked once is told', async () => {
  expect(await config().json()).toEqual({
    publicUrl: 'http://192.0.2.10:53001',
    issuer: 'http://192.0.2.10:58080/realms/ois',
    client: 'portal-issuer',
    stand: 'dev',
  });
  environment(NOTHING);
  expect(await config().json()).toEqual({ publicUrl: null, issuer: null, client: null, stand: 'local' });
});
