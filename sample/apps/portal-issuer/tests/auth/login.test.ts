import { createHash } from 'node:crypto';
import { jar, noGateway, signIn, visit } from '@ois/portal/testing';
import { unsealData } from 'iron-session';
import { beforeEach, expect, test, vi } from 'vitest';
import { keycloak, PUBLIC } from './keycloak';
import { get, location } from './steps';

vi.mock('next/headers', () => import('@ois/portal/testing/request'));
vi.spyOn(console, 'error').mockImplementation(() => {});

beforeEach(() => visit());

async function pending(): Promise<Record<string, string>> {
  const { value } = jar.get('portal-issuer-session')!;
  return (await unsealData<{ pending: Record<string, string> }>(value, { password: `portal-issuer ${process.env.SESSION_SECRET}` })).pending;
}

test('a login asks the public address for a code that only this portal can use', async () => {
  keycloak();
  const answer = await get('login', { to: '/' });
  const { origin, pathname, searchParams } = new URL(location(answer)!);
  const { state, nonce, verifier } = await pending();
  expect([answer.status, origin + pathname]).toEqual([303, `${PUBLIC}/protocol/openid-connect/auth`]);
  expect(Object.fromEntries(searchParams)).toEqual({
    client_id: 'portal-issuer',
    redirect_uri: 'http://192.0.2.10:53001/auth/callback',
    response_type: 'code',
    scope: 'openid',
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
});

test.each([
  ['/transfers?at=1', '/transfers?at=1'],
  ['//evil.test', '/'],
  ['///evil.test', '/'],
  ['/.//evil.test', '/'],
  ['https://evil.test', '/'],
  ['/\\evil.test', '/'],
  ['/\t/evil.test', '/'],
  ['javascript:alert(1)', '/'],
  ['transfers', '/'],
  ['/auth/login', '/'],
  [`/${'x'.repeat(2000)}`, '/'],
  ['', '/'],
])('a login for %j leads back to %j', async (asked, to) => {
  keycloak();
  await get('login', { to: asked });
  expect((await pending()).to).toBe(to);
});

test('what Next.js asks ahead begins no sign-in', async () => {
  const asked = keycloak();
  expect((await get('login', {}, { rsc: '1' })).status).toBe(204);
  expect([asked.length, jar.size]).toEqual([0, 0]);
});

test('a service of another name is not believed', async () => {
  keycloak({ issuer: 'http://keycloak:8080/realms/ois' });
  visit('/', { OIDC_ISSUER: 'http://192.0.2.11:58080/realms/ois' });
  const answer = await get('login');
  expect(answer.status).toBe(500);
  expect(await answer.text()).toContain(
    'The sign-in service at http://keycloak:8080/realms/ois calls itself http://keycloak:8080/realms/ois, ' +
      'but OIDC_ISSUER is http://192.0.2.11:58080/realms/ois.',
  );
});

test('a service that does not answer is asked again, one that did is not', async () => {
  visit('/', { OIDC_INTERNAL_URL: '', OIDC_ISSUER: 'http://down.test/realms/ois' });
  noGateway();
  const answer = await get('login', { to: '/transfers' });
  const page = await answer.text();
  expect(answer.status).toBe(503);
  expect(page).toContain('The sign-in service does not answer at http://down.test/realms/ois: connect ECONNREFUSED.');
  expect(page).toContain('<a href="/auth/login?to=%2Ftransfers">Try again</a>');

  const said = vi.fn(async () => Response.json({ issuer: 'http://down.test/realms/ois', authorization_endpoint: 'http://down.test/auth' }));
  vi.stubGlobal('fetch', said);
  expect([(await get('login')).status, (await get('login')).status]).toEqual([303, 303]);
  expect(said).toHaveBeenCalledTimes(1);
});

test('a realm that is not there yet is told by its status', async () => {
  visit('/', { OIDC_INTERNAL_URL: 'http://keycloak:8080/realms/later' });
  vi.stubGlobal('fetch', async () => Response.json({ error: 'Realm does not exist' }, { status: 404 }));
  expect(await (await get('login')).text()).toContain('does not answer at http://keycloak:8080/realms/later: the answer was 404.');
});

test('a service that is down takes no session away', async () => {
  await signIn();
  const before = jar.get('portal-issuer-session');
  noGateway();
  vi.stubEnv('OIDC_INTERNAL_URL', 'http://gone.test');
  expect((await get('login')).status).toBe(503);
  expect(jar.get('portal-issuer-session')).toBe(before);
});

test.each(['', 'nothing', 'logout', 'constructor'])('there is no page /auth/%s', async (step) => {
  expect((await get(step)).status).toBe(404);
});
