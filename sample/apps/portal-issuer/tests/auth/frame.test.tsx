import { Frame } from '@ois/portal';
import { signIn, visit } from '@ois/portal/testing';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test, vi } from 'vitest';

vi.mock('next/headers', () => import('@ois/portal/testing/request'));

async function page(): Promise<string> {
  return renderToStaticMarkup(await Frame({ title: 'Issuer', accent: '#000', children: 'Assets' }));
}

test('a page says who is signed in, as what, and has the way out', async () => {
  await signIn();
  expect(await page()).toContain('<form action="/auth/logout" method="post"><span>Anna Petrova, issuer</span><button>Sign out</button></form>');
});

test('a role that somebody does not have is not said of them', async () => {
  await signIn({ roles: ['investor'] });
  expect(await page()).toContain('<span>Anna Petrova</span>');
});

test('a page of nobody has no way out', async () => {
  visit();
  expect(await page()).not.toContain('Sign out');
});

test('the stand is the one that this process was started for', async () => {
  visit('/', { STAND_NAME: 'cfa2' });
  expect(await page()).toContain('stand cfa2');
  visit('/', { STAND_NAME: '' });
  expect(await page()).toContain('stand local');
});
