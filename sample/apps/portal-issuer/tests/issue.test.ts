import { form, gateway, noGateway, signIn } from '@ois/portal/testing';
import { revalidatePath } from 'next/cache';
import { beforeEach, expect, test, vi } from 'vitest';
import { issue } from '../app/actions';

vi.mock('next/cache', () => ({ revalidatePath: vi.fn() }));
vi.mock('next/headers', () => import('@ois/portal/testing/request'));

beforeEach(() => signIn());

const FIELDS = form({ ticker: 'ois1', name: 'Oil', issuer: 'anna', quantity: '100', price: '12.5' });

test('an issue is asked for in capitals and in numbers', async () => {
  const asked = gateway(201, { ticker: 'OIS1', quantity: 100 });
  expect(await issue(null, FIELDS)).toEqual({ done: true, text: 'OIS1 is issued: 100 units.' });
  expect(asked).toEqual([
    { method: 'POST', path: '/api/issuance/assets', body: { ticker: 'OIS1', name: 'Oil', issuer: 'anna', quantity: 100, price: 12.5 } },
  ]);
});

test("the exchange's refusal is shown in its own words", async () => {
  gateway(409, { code: 'issued', message: 'the asset OIS1 is already issued' });
  expect(await issue(null, FIELDS)).toEqual({ done: false, text: 'the asset OIS1 is already issued' });
});

test('an answer that is no JSON is told by its status', async () => {
  vi.stubGlobal('fetch', async () => new Response('<html>', { status: 502 }));
  expect(await issue(null, FIELDS)).toMatchObject({ done: false, text: expect.stringContaining('answered 502') });
});

test('a gateway that does not answer is named', async () => {
  noGateway();
  expect(await issue(null, FIELDS)).toEqual({ done: false, text: 'the gateway does not answer at http://api-gateway:8080: connect ECONNREFUSED' });
});

test('the page is made anew, whatever came of it', async () => {
  vi.mocked(revalidatePath).mockClear();
  noGateway();
  await issue(null, FIELDS);
  expect(revalidatePath).toHaveBeenCalledWith('/');
});
