import { Frame } from '@ois/portal';
import type { Metadata } from 'next';
import type { ReactNode } from 'react';

export const metadata: Metadata = { title: 'OIS CFA: Investor', description: 'What you hold, and orders to transfer it' };

// Of every page below and of the one that is not found: what they show, this process is told when it starts.
export const dynamic = 'force-dynamic';

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <Frame title="OIS CFA: Investor" accent="#0b6e4f">
      {children}
    </Frame>
  );
}
