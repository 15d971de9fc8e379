import { Refused } from './refused';
import type { Application, Asset, Check, Entry, Holder, Holding, Order, Prospectus, Transfer, Version } from './types';

/** The exchange, as its gateway shows it to whoever the token is of. Nothing is cached: money is looked at fresh. */
export class Exchange {
  constructor(
    private readonly gateway: string,
    /** Asked for each request: one process asks for many people. */
    private readonly token?: () => Promise<string>,
  ) {}

  holders = () => this.get<Holder[]>('/api/identity/holders');

  register = (application: Application) => this.post<Holder>('/api/identity/holders', application);

  checks = () => this.get<Check[]>('/api/compliance/checks');

  check = (holder: string) => this.post<Check>('/api/compliance/checks', { holder });

  assets = () => this.get<Asset[]>('/api/issuance/assets');

  issue = (prospectus: Prospectus) => this.post<Asset>('/api/issuance/assets', prospectus);

  holdings = (holder?: string) => this.get<Holding[]>(`/api/registry/holdings${holder ? `?holder=${encodeURIComponent(holder)}` : ''}`);

  entries = () => this.get<Entry[]>('/api/registry/entries');

  transfers = () => this.get<Transfer[]>('/api/settlement/transfers');

  order = (order: Order) => this.post<Transfer>('/api/settlement/transfers', order);

  settle = (transfer: string) => this.post<Transfer>(`/api/settlement/transfers/${encodeURIComponent(transfer)}/settle`);

  version = (service: string) => this.get<Version>(`/api/${service}/version`);

  private get<T>(path: string): Promise<T> {
    return this.ask(path, { method: 'GET' });
  }

  private post<T>(path: string, body: object = {}): Promise<T> {
    return this.ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  }

  private async ask<T>(path: string, init: RequestInit): Promise<T> {
    const headers = new Headers(init.headers);
    if (this.token) headers.set('authorization', `Bearer ${await this.token()}`);
    const options: RequestInit = { ...init, headers, cache: 'no-store', signal: AbortSignal.timeout(10_000) };
    const response = await fetch(this.gateway + path, options).catch((error) => {
      throw new Refused(503, 'unreachable', `the gateway does not answer at ${this.gateway}: ${error.cause?.message ?? error.message}`);
    });
    if (!response.ok) throw await Refused.from(response);
    return response.json();
  }
}
