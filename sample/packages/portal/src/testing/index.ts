export { form, gateway, noGateway, type Asked } from './gateway';
export { jar } from './request';
export { environment, sentTo, signIn, visit } from './visitor';
