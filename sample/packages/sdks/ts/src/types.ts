/** What the gateway's API takes and gives; /swagger on the gateway documents the same. */

export interface Application {
  name: string;
  taxId: string;
  country: string;
  /** Of a person; an organisation has none. */
  born?: string;
}

export interface Holder extends Omit<Application, 'born'> {
  id: string;
  born: string | null;
}

export interface Check {
  holder: string;
  passed: boolean;
  objections: string[];
  at: string;
}

export interface Prospectus {
  ticker: string;
  name: string;
  issuer: string;
  quantity: number;
  price: number;
}

export interface Asset extends Prospectus {
  volume: number;
}

export interface Holding {
  holder: string;
  asset: string;
  quantity: number;
}

export interface Entry {
  reference: string;
  asset: string;
  from: string | null;
  to: string;
  quantity: number;
}

export interface Order {
  asset: string;
  from: string;
  to: string;
  quantity: number;
}

export interface Transfer extends Order {
  id: string;
  state: 'pending' | 'settled';
  orderedAt: string;
  settledAt: string | null;
}

export interface Version {
  name: string;
  image: string | null;
}
