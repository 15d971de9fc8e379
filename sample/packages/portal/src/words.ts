/** How numbers and times are written on a page. */

const rouble = new Intl.NumberFormat('en', { style: 'currency', currency: 'RUB' });
const whole = new Intl.NumberFormat('en');

export const money = (amount: number) => rouble.format(amount);

export const units = (quantity: number) => whole.format(quantity);

/** Its spaces do not break, so that a time stays on one line of a narrow column. */
export const moment = (iso: string) => [iso.slice(0, 10), iso.slice(11, 16), 'UTC'].join('\u00a0');
