import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import './portal.css';

export const metadata: Metadata = { title: 'OIS CFA: Back office', description: 'Holders, compliance and settlement' };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <header>
          <strong>OIS CFA: Back office</strong>
          <a href="/">Holders</a>
          <a href="/transfers">Transfers</a>
          <span className="stand">stand {process.env.NEXT_PUBLIC_STAND_NAME}</span>
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}
