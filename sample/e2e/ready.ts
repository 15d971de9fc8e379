import { request } from '@playwright/test';
import { published } from './stand';

const DEADLINE = 480_000;

/** Waits until every service answers: Keycloak listens long before its realm is there. */
export default async function ready(): Promise<void> {
  const until = Date.now() + DEADLINE;
  await Promise.all([...published].map(([, place]) => answers(place, until)));
}

async function answers(place: string, until: number): Promise<void> {
  const url = `http://${place}${place.startsWith('keycloak:') ? '/realms/ois' : '/health'}`;
  const context = await request.newContext();
  for (let said = ''; ; ) {
    try {
      const answer = await context.get(url, { timeout: 5_000 });
      if (answer.ok()) break;
      said = `it answers ${answer.status()}`;
    } catch (error) {
      said = String(error).split('\n')[0]!;
    }
    if (Date.now() > until) throw new Error(`${url} is not ready after ${DEADLINE / 1000} s: ${said}`);
    await new Promise((again) => setTimeout(again, 250));
  }
  await context.dispose();
}
