/** `npm run playground`: deploys a local stack and serves two agents' desks next to each other. */
import { startStack } from '../test/stack';
import { Playground } from './server';

// The origin that the local stack lets call without being told.
const PORT = 3000;

async function main(): Promise<void> {
  console.log('Deploying the local stack ...');
  const stack = await startStack('playground');
  const playground = await Playground.open(stack, PORT);
  console.log(
    `Playground       http://localhost:${PORT}\nEmulated Twilio  ${stack.twilio}\n\nCtrl-C stops everything.`,
  );
  const stop = () => {
    playground.close();
    stack.stop().finally(() => process.exit());
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
}

void main();
