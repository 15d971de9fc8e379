import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import { Holdings, Order, Transfers } from '../app/portfolio';

vi.mock('next/cache', () => ({ revalidatePath: vi.fn() }));

const ANNA = { id: 'anna', name: 'Анна', taxId: '770123456789', country: 'RU', born: '1990-05-17' };
const BORIS = { ...ANNA, id: 'boris', name: 'Boris' };
const OIL = { ticker: 'OIS1', name: 'Oil', issuer: 'anna', quantity: 1000, price: 12.5, volume: 12_500 };
const HELD = { holder: 'anna', asset: 'OIS1', quantity: 1000 };

test('a holding is worth its units at the nominal price', () => {
  const page = renderToStaticMarkup(<Holdings holdings={[HELD]} assets={[OIL]} />);
  expect(page).toContain('1,000');
  expect(page).toContain('12,500.00');
});

test('an asset that nobody knows is worth nothing', () => {
  expect(renderToStaticMarkup(<Holdings holdings={[HELD]} assets={[]} />)).toContain('RUB');
});

test('who holds nothing is told so', () => {
  expect(renderToStaticMarkup(<Holdings holdings={[]} assets={[OIL]} />)).toContain('Nothing is held.');
});

test('nobody is offered to transfer to himself', () => {
  const page = renderToStaticMarkup(<Order holder={ANNA} holders={[ANNA, BORIS]} holdings={[HELD]} />);
  expect(page).toContain('<option value="boris">');
  expect(page).not.toContain('<option value="anna">');
});

test('where there is nobody else there is no order', () => {
  expect(renderToStaticMarkup(<Order holder={ANNA} holders={[ANNA]} holdings={[HELD]} />)).toContain('nobody to transfer it to');
});

test('a transfer names both sides and its state', () => {
  const transfer = { id: 't1', asset: 'OIS1', from: 'anna', to: 'boris', quantity: 10, state: 'pending', orderedAt: '2026-01-02T03:04:05Z', settledAt: null } as const;
  expect(renderToStaticMarkup(<Transfers transfers={[transfer]} holders={[ANNA, BORIS]} />)).toContain('10 OIS1 from Анна to Boris: pending');
});
