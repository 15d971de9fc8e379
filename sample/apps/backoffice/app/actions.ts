'use server';

import { exchange, say, text, type Said } from '@ois/portal';
import { revalidatePath } from 'next/cache';

export async function register(_: Said, form: FormData): Promise<Said> {
  return fresh('/', registered(form));
}

export async function check(_: Said, form: FormData): Promise<Said> {
  return fresh('/', checked(text(form, 'holder')));
}

export async function settle(_: Said, form: FormData): Promise<Said> {
  return fresh('/transfers', settled(text(form, 'transfer')));
}

async function fresh(path: string, deed: Promise<string>): Promise<Said> {
  const said = await say(deed);
  revalidatePath(path);
  return said;
}

async function registered(form: FormData): Promise<string> {
  const holder = await exchange.register({
    name: text(form, 'name'),
    taxId: text(form, 'taxId'),
    country: text(form, 'country'),
    born: text(form, 'born') || undefined,
  });
  return `${holder.name} is registered as ${holder.id}.`;
}

async function checked(holder: string): Promise<string> {
  const { passed } = await exchange.check(holder);
  return passed ? 'Passed.' : 'Failed.';
}

async function settled(transfer: string): Promise<string> {
  await exchange.settle(transfer);
  return 'Settled.';
}
