// Every system that can be connected: a new one is a folder and a line here.
export { deskwoot } from './deskwoot/index.ts';
export { chatwoot } from './chatwoot/index.ts';
export { stripe } from './stripe/index.ts';
export { slack } from './slack/index.ts';
export { shopify } from './shopify/index.ts';
export { woocommerce } from './woocommerce/index.ts';
export { wotnot } from './wotnot/index.ts';
export { custom } from './custom/index.ts';
