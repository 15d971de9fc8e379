'use server';

import { exchange, say, text, type Said } from '@ois/portal';
import { revalidatePath } from 'next/cache';

export async function issue(_: Said, form: FormData): Promise<Said> {
  const said = await say(issued(form));
  revalidatePath('/');
  return said;
}

async function issued(form: FormData): Promise<string> {
  const asset = await exchange.issue({
    ticker: text(form, 'ticker').toUpperCase(),
    name: text(form, 'name'),
    issuer: text(form, 'issuer'),
    quantity: Number(text(form, 'quantity')),
    price: Number(text(form, 'price')),
  });
  return `${asset.ticker} is issued: ${asset.quantity} units.`;
}
