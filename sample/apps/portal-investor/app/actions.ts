'use server';

import { exchange, say, text, type Said } from '@ois/portal';
import { revalidatePath } from 'next/cache';

export async function order(_: Said, form: FormData): Promise<Said> {
  const said = await say(ordered(form));
  revalidatePath('/');
  return said;
}

async function ordered(form: FormData): Promise<string> {
  const transfer = await exchange.order({
    asset: text(form, 'asset'),
    from: text(form, 'from'),
    to: text(form, 'to'),
    quantity: Number(text(form, 'quantity')),
  });
  return `Ordered as ${transfer.id}: the back office settles it.`;
}
