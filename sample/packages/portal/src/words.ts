/** How numbers and times are written on a page. */

const rouble = new Intl.NumberFormat('en', { style: 'currency', currency: 'RUB' });
const whole = new Intl.NumberFormat('en');

export const money = (amount: number) => rouble.format(amount);

export const units = (quantity: number) => whole.format(quantity);

export const moment = (iso: string) => `${iso.slice(0, 16).replace('T', ' ')} UTC`;
