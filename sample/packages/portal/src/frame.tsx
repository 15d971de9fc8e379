import type { CSSProperties, ReactNode } from 'react';
import './portal.css';

/** The whole page of a portal: its name and colour, its links, the stand it was built for. */
export function Frame(props: { title: string; accent: string; links?: Record<string, string>; children: ReactNode }) {
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
          <span className="stand">stand {process.env.NEXT_PUBLIC_STAND_NAME}</span>
        </header>
        <main>{props.children}</main>
      </body>
    </html>
  );
}
