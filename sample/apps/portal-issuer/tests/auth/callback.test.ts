import { session } from '@ois/portal/auth/session';
import { environment, jar, noGateway, signIn, visit } from '@ois/portal/testing';
import { beforeEach, expect, test, vi } from 'vitest';
import { FORGED, grant, INTERNAL, keycloak, PUBLIC } from './keycloak';
import { begun, get, location } from './steps';

vi.mock('next/headers', () => import('@ois/portal/testing/request'));
vi.spyOn(console, 'error').mockImplementation(() => {});

beforeEach(() => visit());

/** Keycloak grants this to a sign-in that was begun, and the browser comes back. */
async function came(granted: Parameters<typeof grant>[1] = {}, to = '/') {
  let nonce = '';
  const asked = keycloak({ token: () => Response.json(grant(nonce, granted)) });
  const sent = await begun(to);
  nonce = sent.nonce;
  const answer = await get('callback', { state: sent.state, code: 'a code', iss: PUBLIC });
  return { answer, asked };
}

test('who comes back with a code is signed in, at the page that was asked for', async () => {
  const { answer, asked } = await came({}, '/transfers?at=1');
  expect([answer.status, location(answer)]).toEqual([303, 'http://192.0.2.10:53001/transfers?at=1']);
  expect(await session()).toMatchObject({ name: 'Anna Petrova', username: 'anna' });
  const request = asked.find(({ url }) => url === `${INTERNAL}/protocol/openid-connect/token`)!;
  const sent = Object.fromEntries(new URLSearchParams(await request.text()));
  expect(sent).toMatchObject({ client_id: 'portal-issuer', redirect_uri: 'http://192.0.2.10:53001/auth/callback', code: 'a code' });
  expect([sent.code_verifier.length, 'client_secret' in sent]).toEqual([43, false]);
});

test('the session ends with its token', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    await came();
    vi.advanceTimersByTime(299_000);
    expect(await session()).toBeDefined();
    vi.advanceTimersByTime(1_000);
    expect(await session()).toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});

test.each([
  [{ name: 'Анна' }, 'Анна'],
  [{ name: undefined }, 'anna'],
  [{ name: undefined, preferred_username: undefined }, '1'],
])('an ID token with %j is of %s', async (id, name) => {
  await came({ id });
  expect((await session())?.name).toBe(name);
});

test.each([
  ['another state', { state: 'another', code: 'a code' }],
  ['no state', { code: 'a code' }],
])('an answer with %s signs nobody in', async (_, query) => {
  keycloak();
  await begun('/transfers');
  const answer = await get('callback', query as Record<string, string>);
  const page = await answer.text();
  expect(answer.status).toBe(400);
  expect(page).toContain('This sign-in is out of date');
  expect(page).toContain('<a href="/auth/login?to=%2Ftransfers">Sign in again</a>');
  expect(await session()).toBeUndefined();
});

test('an answer that nobody waits for signs nobody in', async () => {
  expect((await get('callback', { state: 'any', code: 'a code' })).status).toBe(400);
});

test('who is signed in already is not bothered with an old answer', async () => {
  await signIn();
  expect(location(await get('callback', { state: 'old', code: 'a code' }))).toBe('http://192.0.2.10:53001/');
});

test("the service's refusal is shown in its own words, as text", async () => {
  keycloak();
  const { state } = await begun('/?a="b"');
  const refusal = { error: 'access_denied', error_description: '<script>alert(1)</script>' };
  const answer = await get('callback', { state, iss: PUBLIC, ...refusal });
  const page = await answer.text();
  expect(answer.status).toBe(400);
  expect(page).toContain('The sign-in service refused: access_denied (&#60;script&#62;alert(1)&#60;/script&#62;).');
  expect(page).toContain('<a href="/auth/login?to=');
  expect(page).not.toContain('<script');
});

test('a code that was used already is refused in words', async () => {
  keycloak({ token: () => Response.json({ error: 'invalid_grant', error_description: 'Code not valid' }, { status: 400 }) });
  const { state } = await begun();
  const answer = await get('callback', { state, code: 'used', iss: PUBLIC });
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('invalid_grant (Code not valid)')]);
});

test.each([
  ['of another sign-in', { id: { nonce: 'another' } }],
  ['for another portal', { id: { aud: 'backoffice' } }],
  ['of another issuer', { id: { iss: 'http://evil.test' } }],
  ['that is over', { id: { exp: 1 } }],
  ['that somebody else signed', { key: FORGED }],
])('an ID token %s is not believed', async (_, granted) => {
  const { answer } = await came(granted);
  expect([answer.status, await answer.text()]).toEqual([502, expect.stringContaining(`${INTERNAL} answered is not to be trusted`)]);
  expect(await session()).toBeUndefined();
});

test('a service that went down meanwhile is named, with a way to try again', async () => {
  keycloak();
  const { state } = await begun('/transfers');
  noGateway();
  const answer = await get('callback', { state, code: 'a code', iss: PUBLIC });
  const page = await answer.text();
  expect(answer.status).toBe(503);
  expect(page).toContain(`The sign-in service does not answer at ${INTERNAL}: connect ECONNREFUSED.`);
  expect(page).toContain('<a href="/auth/login?to=%2Ftransfers">Try again</a>');
});

test('a service that only half answers is told by its status', async () => {
  keycloak({ token: () => new Response('<html>', { status: 502 }) });
  const { state } = await begun();
  const answer = await get('callback', { state, code: 'a code', iss: PUBLIC });
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('the answer was 502')]);
});

test('more roles than a cookie holds are told, not lost', async () => {
  const { answer } = await came({ roles: Array.from({ length: 200 }, (_, number) => `a-long-role-${number}`) });
  expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining('you have too many roles')]);
  expect(await session()).toBeUndefined();
});

test('a cookie that another secret sealed is none', async () => {
  await came();
  environment({ SESSION_SECRET: 'another secret, which is also long enough' });
  expect(await session()).toBeUndefined();
  jar.set('portal-issuer-session', { name: 'portal-issuer-session', value: 'Fe26.2*rubbish' });
  expect(await session()).toBeUndefined();
});
