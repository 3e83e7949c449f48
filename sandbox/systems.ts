// Every system of the sandbox: a new one is a folder and a line here. The order is that of their ports.
export { deskwoot } from './deskwoot/index.ts';
export { chatwoot } from './chatwoot/index.ts';
export { stripe } from './stripe/index.ts';
export { slack } from './slack/index.ts';
