import { form, gateway, signIn } from '@ois/portal/testing';
import { beforeEach, expect, test, vi } from 'vitest';
import { order } from '../app/actions';

vi.mock('next/cache', () => ({ revalidatePath: vi.fn() }));
vi.mock('next/headers', () => import('@ois/portal/testing/request'));

beforeEach(() => signIn());

const FIELDS = form({ asset: 'OIS1', from: 'anna', to: 'boris', quantity: '10' });

test('an order is told by its number', async () => {
  const asked = gateway(201, { id: 't1' });
  expect(await order(null, FIELDS)).toEqual({ done: true, text: 'Ordered as t1: the back office settles it.' });
  expect(asked).toEqual([{ method: 'POST', path: '/api/settlement/transfers', body: { asset: 'OIS1', from: 'anna', to: 'boris', quantity: 10 } }]);
});

test("the exchange's refusal is shown in its own words", async () => {
  gateway(409, { code: 'same-holder', message: 'holder anna cannot transfer to themselves' });
  expect(await order(null, FIELDS)).toEqual({ done: false, text: 'holder anna cannot transfer to themselves' });
});
