/** `npm run playground`: deploys a local stack and serves two agents' desks next to each other. */
import { createServer } from 'node:http';

import { startStack } from '../test/stack';
import { listening, Playground } from './server';

// The origin that the local stack lets call without being told.
const PORT = 3000;

async function main(): Promise<void> {
  const stopped = new Promise((stop) => process.once('SIGINT', stop).once('SIGTERM', stop));
  // A port that is in use is found before anything is deployed.
  const probe = createServer();
  await listening(probe, PORT);
  await new Promise((closed) => probe.close(closed));

  console.log('Deploying the local stack ...');
  const stack = await startStack('playground');
  try {
    const playground = await Playground.open(stack, PORT);
    console.log(
      `Playground       http://localhost:${PORT}\nEmulated Twilio  ${stack.twilio}\n\nCtrl-C stops everything.`,
    );
    await stopped;
    playground.close();
  } finally {
    await stack.stop();
  }
}

main().then(
  () => process.exit(),
  (error: Error) => {
    console.error(`error: ${error.message}`);
    process.exit(1);
  },
);
