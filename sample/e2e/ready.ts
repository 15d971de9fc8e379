import { request } from '@playwright/test';
import { published } from './stand';

const DEADLINE = 480_000;

/** Waits until every service answers: Keycloak listens long before its realm is there. */
export default async function ready(): Promise<void> {
  const until = Date.now() + DEADLINE;
  await Promise.all([...published].map(([, place]) => answers(place, until)));
}

async function answers(place: string, until: number): Promise<void> {
  const context = await request.newContext();
  for (let said = ''; ; ) {
    try {
      // Keycloak's realm, or a service of ours: where a port leads does not tell which it is.
      const answers = await Promise.all(['/health', '/realms/ois'].map((path) => context.get(`http://${place}${path}`, { timeout: 5_000 })));
      if (answers.some((answer) => answer.ok())) break;
      said = `it answers ${answers.map((answer) => answer.status()).join(' and ')}`;
    } catch (error) {
      said = String(error).split('\n')[0]!;
    }
    if (Date.now() > until) throw new Error(`${place} is not ready after ${DEADLINE / 1000} s: ${said}`);
    await new Promise((again) => setTimeout(again, 250));
  }
  await context.dispose();
}
