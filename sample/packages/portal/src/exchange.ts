import { Exchange, Refused } from '@ois/sdk';
import { renew, token } from './auth/token';

/** The exchange behind the gateway that this process was told of when it started, asked in the name of who is signed in. */
export const exchange = new Exchange(process.env.GATEWAY_URL ?? 'http://api-gateway:8080', token);

/** The answer, or the exchange's own words when it has none; a redirect to the sign-in passes through. */
export async function ask<T>(question: Promise<T>): Promise<T | Refused> {
  return question.catch(async (error) => {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) await renew();
    return error;
  });
}
