import type { CSSProperties, ReactNode } from 'react';
import { roles, session, type Session } from './auth/session';
import { settings, stand } from './auth/settings';
import './portal.css';

/** The whole page of a portal: its name and colour, its links, the stand that it runs on, who is signed in. */
export async function Frame(props: { title: string; accent: string; links?: Record<string, string>; children: ReactNode }) {
  const signedIn = await session();
  return (
    <html lang="en">
      <link rel="icon" href="data:," />
      <body style={{ '--accent': props.accent } as CSSProperties}>
        <header>
          <strong>{props.title}</strong>
          {Object.entries(props.links ?? {}).map(([label, path]) => (
            <a key={path} href={path}>
              {label}
            </a>
          ))}
          <span className="stand">stand {stand()}</span>
          {signedIn && <SignedIn session={signedIn} />}
        </header>
        <main>{props.children}</main>
      </body>
    </html>
  );
}

function SignedIn({ session }: { session: Session }) {
  const { role } = settings();
  return (
    <form method="post" action="/auth/logout">
      <span>{roles(session).includes(role) ? `${session.name}, ${role}` : session.name}</span>
      <button>Sign out</button>
    </form>
  );
}
