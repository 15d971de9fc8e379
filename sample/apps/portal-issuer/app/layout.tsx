import { Frame } from '@ois/portal';
import type { Metadata } from 'next';
import type { ReactNode } from 'react';

export const metadata: Metadata = { title: 'OIS CFA: Issuer', description: 'Issue assets and see what is issued' };

// Of every page below and of the one that is not found: what they show, this process is told when it starts.
export const dynamic = 'force-dynamic';

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <Frame title="OIS CFA: Issuer" accent="#0b5394">
      {children}
    </Frame>
  );
}
