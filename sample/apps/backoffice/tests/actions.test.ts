import { form, gateway, signIn } from '@ois/portal/testing';
import { revalidatePath } from 'next/cache';
import { beforeEach, expect, test, vi } from 'vitest';
import { check, register, settle } from '../app/actions';

vi.mock('next/cache', () => ({ revalidatePath: vi.fn() }));
vi.mock('next/headers', () => import('@ois/portal/testing/request'));

beforeEach(() => signIn());

const FIELDS = { name: 'Анна', taxId: '770123456789', country: 'RU' };

test('a person is registered with a date of birth', async () => {
  const asked = gateway(201, { id: 'h1', name: 'Анна' });
  expect(await register(null, form({ ...FIELDS, born: '1990-05-17' }))).toEqual({ done: true, text: 'Анна is registered as h1.' });
  expect(asked).toEqual([{ method: 'POST', path: '/api/identity/holders', body: { ...FIELDS, born: '1990-05-17' } }]);
});

test('an organisation is registered without one', async () => {
  const asked = gateway(201, { id: 'h1', name: 'Анна' });
  await register(null, form({ ...FIELDS, born: '' }));
  expect(asked[0].body).toEqual(FIELDS);
});

test.each([
  [true, 'Passed.'],
  [false, 'Failed.'],
])('a check that says %s is shown as %s', async (passed, text) => {
  gateway(201, { passed });
  expect(await check(null, form({ holder: 'h1' }))).toEqual({ done: true, text });
});

test('a transfer is settled by its number, and its page is made anew', async () => {
  const asked = gateway(200, {});
  expect(await settle(null, form({ transfer: 't1' }))).toEqual({ done: true, text: 'Settled.' });
  expect(asked[0].path).toBe('/api/settlement/transfers/t1/settle');
  expect(revalidatePath).toHaveBeenLastCalledWith('/transfers');
});

test("the exchange's refusal is shown in its own words", async () => {
  gateway(409, { code: 'compliance', message: 'holder h1 failed compliance' });
  expect(await settle(null, form({ transfer: 't1' }))).toEqual({ done: false, text: 'holder h1 failed compliance' });
});
