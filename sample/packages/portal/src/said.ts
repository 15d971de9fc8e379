import { Refused } from '@ois/sdk';
import { ask } from './exchange';

/** What a form shows after it was sent. */
export type Said = { done: boolean; text: string } | null;

export async function say(deed: Promise<string>): Promise<Said> {
  const answer = await ask(deed);
  return answer instanceof Refused ? { done: false, text: answer.message } : { done: true, text: answer };
}

export function text(form: FormData, field: string): string {
  return String(form.get(field) ?? '');
}
