import { jar, noGateway, signIn, visit } from '@ois/portal/testing';
import { expect, test, vi } from 'vitest';
import { keycloak, PUBLIC } from './keycloak';
import { get, location, post } from './steps';

vi.mock('next/headers', () => import('@ois/portal/testing/request'));
vi.spyOn(console, 'error').mockImplementation(() => {});

const FORGOTTEN = { value: '', maxAge: 0 };

test.each([
  ['a session', {}],
  ['a session that is over', { expires: 0 }],
])('a logout ends %s here and at the sign-in service', async (_, changed) => {
  await signIn(changed);
  keycloak();
  const answer = await post('logout');
  const { origin, pathname, searchParams } = new URL(location(answer)!);
  expect([answer.status, origin + pathname]).toEqual([303, `${PUBLIC}/protocol/openid-connect/logout`]);
  expect(Object.fromEntries(searchParams)).toEqual({
    client_id: 'portal-issuer',
    id_token_hint: 'an.ID.token',
    post_logout_redirect_uri: 'http://192.0.2.10:53001/',
  });
  expect(jar.get('portal-issuer-session')).toMatchObject(FORGOTTEN);
});

test('who is not signed in has nothing to sign out of', async () => {
  visit();
  expect(location(await post('logout'))).toBe('http://192.0.2.10:53001/');
});

test('a service that is down keeps nobody in the portal', async () => {
  await signIn();
  vi.stubEnv('OIDC_INTERNAL_URL', 'http://gone.test/realms/ois');
  noGateway();
  const answer = await post('logout');
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('You are signed out of this portal only.')]);
  expect(jar.get('portal-issuer-session')).toMatchObject(FORGOTTEN);
});

test('a link signs nobody out', async () => {
  await signIn();
  expect((await get('logout')).status).toBe(404);
  expect(jar.get('portal-issuer-session')).not.toMatchObject(FORGOTTEN);
});

test.each(['login', 'callback', 'refused'])('nothing is posted to %s', async (step) => {
  expect((await post(step)).status).toBe(404);
});
