import { signIn, visit } from '@ois/portal/testing';
import { expect, test, vi } from 'vitest';
import { get, location } from './steps';

vi.mock('next/headers', () => import('@ois/portal/testing/request'));

test('who has another role is told so, and how to be someone else', async () => {
  await signIn({ roles: ['investor'], name: 'Anna <b>' });
  const answer = await get('refused');
  const page = await answer.text();
  expect([answer.status, answer.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8']);
  expect(page).toContain('You are signed in as Anna &#60;b&#62; (anna), who does not have the role issuer that this portal wants.');
  expect(page).toContain('<form method="post" action="/auth/logout"><button>Sign out, and in as someone else</button></form>');
});

test('who has the role is not kept out', async () => {
  await signIn();
  expect(location(await get('refused'))).toBe('http://192.0.2.10:53001/');
});

test('who is not signed in is sent to', async () => {
  visit();
  expect(location(await get('refused'))).toBe('http://192.0.2.10:53001/auth/login?to=%2F');
});
