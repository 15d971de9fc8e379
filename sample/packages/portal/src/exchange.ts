import { Exchange, Refused } from '@ois/sdk';

/** The exchange behind the gateway that this process was told of when it started. */
export const exchange = new Exchange(process.env.GATEWAY_URL ?? 'http://api-gateway:8080');

/** The answer, or the exchange's own words when it has none. */
export async function ask<T>(question: Promise<T>): Promise<T | Refused> {
  return question.catch((error) => {
    if (error instanceof Refused) return error;
    throw error;
  });
}
