import { forget, keep, roles, session, type Session } from '@ois/portal/auth/session';
import { settings } from '@ois/portal/auth/settings';
import { environment, jar, signIn } from '@ois/portal/testing';
import { beforeEach, expect, test, vi } from 'vitest';

vi.mock('next/headers', () => import('@ois/portal/testing/request'));

beforeEach(() => signIn());

/** As long as Keycloak's are. */
const LONG: Partial<Session> = { name: 'Константин Константинопольский', accessToken: 'a'.repeat(1200), idToken: 'i'.repeat(900) };

test('the session of long tokens fits in the one cookie that a browser keeps', async () => {
  await keep({ session: { ...(await session())!, ...LONG } }, settings());
  const { name, value, ...flags } = jar.get('portal-issuer-session')!;
  expect(jar.size).toBe(1);
  expect(`${name}=${value}; Path=/; HttpOnly; SameSite=lax; Secure`.length).toBeLessThan(4096);
  expect(value).toBe(encodeURIComponent(value)); // so it does not grow on its way
  expect(flags).toEqual({ httpOnly: true, sameSite: 'lax', secure: false, path: '/' });
  expect(await session()).toMatchObject(LONG);
});

test('nothing of it can be read in the cookie', () => {
  const { value } = jar.get('portal-issuer-session')!;
  expect(Buffer.from(value, 'base64url').toString('latin1') + value).not.toMatch(/anna|Petrova/i);
});

test('by https the cookie is for https alone', async () => {
  environment({ PUBLIC_URL: 'https://issuer.test' });
  await keep({ session: (await session())! }, settings());
  expect(jar.get('portal-issuer-session')).toMatchObject({ secure: true });
});

test('portals of one address do not meet in a cookie', async () => {
  environment({ OIDC_CLIENT: 'backoffice' });
  expect(await session()).toBeUndefined();
});

test('a cookie of another portal is none here, whatever it is called', async () => {
  const { value } = jar.get('portal-issuer-session')!;
  environment({ OIDC_CLIENT: 'backoffice' });
  jar.set('backoffice-session', { name: 'backoffice-session', value });
  expect(await session()).toBeUndefined();
});

test('what is forgotten has no value and no time left', async () => {
  await forget(settings());
  expect(jar.get('portal-issuer-session')).toMatchObject({ value: '', maxAge: 0, path: '/' });
});

test.each([
  ['a.e30.c', []],
  ['no token at all', []],
  [`a.${Buffer.from('{"realm_access": {"roles": ["issuer", "operator"]}}').toString('base64url')}.c`, ['issuer', 'operator']],
])('the roles of %s are %j', async (accessToken, expected) => {
  expect(roles({ ...(await session())!, accessToken })).toEqual(expected);
});
