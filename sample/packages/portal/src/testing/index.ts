export { form, gateway, noGateway, type Asked } from './gateway';
export { environment, jar, request, sentTo, signIn, visit } from './visitor';
