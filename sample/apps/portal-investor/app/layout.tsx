import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import './portal.css';

export const metadata: Metadata = { title: 'OIS CFA: Investor', description: 'What you hold, and orders to transfer it' };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <header>
          <strong>OIS CFA: Investor</strong>
          <span className="stand">stand {process.env.NEXT_PUBLIC_STAND_NAME}</span>
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}
