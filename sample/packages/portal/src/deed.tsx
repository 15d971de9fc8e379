'use client';

import { useActionState, type ReactNode } from 'react';
import type { Said } from './said';

/** A form that does something on the exchange and says what came of it; it also works before any script has loaded. */
export function Deed(props: { action: (last: Said, form: FormData) => Promise<Said>; label: string; children: ReactNode }) {
  const [said, submit, waiting] = useActionState(props.action, null);
  return (
    <form action={submit}>
      {props.children}
      <button disabled={waiting}>{props.label}</button>
      {said && (
        <p role="status" className={said.done ? 'done' : 'refused'}>
          {said.text}
        </p>
      )}
    </form>
  );
}
