import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import './portal.css';

export const metadata: Metadata = { title: 'OIS CFA: Issuer', description: 'Issue assets and see what is issued' };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <header>
          <strong>OIS CFA: Issuer</strong>
          <span className="stand">stand {process.env.NEXT_PUBLIC_STAND_NAME}</span>
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}
