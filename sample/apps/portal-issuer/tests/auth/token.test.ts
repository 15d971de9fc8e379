import { ask, exchange, say } from '@ois/portal';
import { session } from '@ois/portal/auth/session';
import { gateway, sentTo, signIn, visit } from '@ois/portal/testing';
import { expect, test, vi } from 'vitest';

vi.mock('next/headers', () => import('@ois/portal/testing/request'));

test('who is not signed in is sent to, and comes back to the page that was asked for', async () => {
  visit('/?holder=anna');
  const asked = gateway(200, []);
  expect(await sentTo(ask(exchange.assets()))).toBe('/auth/login?to=%2F%3Fholder%3Danna');
  expect(asked).toEqual([]);
});

test('so is whose session is over, from a page and from a form', async () => {
  await signIn({ expires: Date.now() - 1 }, '/transfers');
  const asked = gateway(200, []);
  expect(await sentTo(ask(Promise.all([exchange.assets(), exchange.holders()])))).toBe('/auth/login?to=%2Ftransfers');
  expect(await sentTo(say(exchange.settle('t1').then(() => 'Settled.')))).toBe('/auth/login?to=%2Ftransfers');
  expect(asked).toEqual([]);
});

test.each([[['investor', 'operator']], [[]]])('who has only the roles %j is refused', async (roles) => {
  await signIn({ roles });
  const asked = gateway(200, []);
  expect(await sentTo(ask(exchange.assets()))).toBe('/auth/refused');
  expect(asked).toEqual([]);
});

test('the gateway is shown the token of who asks', async () => {
  await signIn();
  const fetched = vi.fn(async (_: string, init: RequestInit) => Response.json([new Headers(init.headers).get('authorization')]));
  vi.stubGlobal('fetch', fetched);
  expect(await ask(exchange.assets())).toEqual([`Bearer ${(await session())!.accessToken}`]);
  await signIn({ roles: ['issuer', 'operator'] });
  expect(await ask(exchange.assets())).toEqual([`Bearer ${(await session())!.accessToken}`]);
});

test('a token that the gateway does not take is renewed', async () => {
  await signIn({}, '/transfers');
  gateway(401, { code: 'token', message: 'the token is over' });
  expect(await sentTo(ask(exchange.assets()))).toBe('/auth/login?to=%2Ftransfers');
  expect(await sentTo(say(exchange.settle('t1').then(() => 'Settled.')))).toBe('/auth/login?to=%2Ftransfers');
});

test('one that was renewed just now is not: its refusal is shown', async () => {
  await signIn({ since: Date.now() - 9_000 });
  gateway(401, { code: 'token', message: 'the token is of another issuer' });
  expect(await ask(exchange.assets())).toMatchObject({ status: 401, message: 'the token is of another issuer' });
});

test.each([
  [403, 'the role operator is needed'],
  [503, 'the keys of the sign-in service cannot be read'],
])("the gateway's %i is shown in its own words", async (status, message) => {
  await signIn();
  gateway(status, { code: 'any', message });
  expect(await ask(exchange.assets())).toMatchObject({ status, message });
});
