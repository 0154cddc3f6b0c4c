import { createLightNode } from '@vision-light/browser-node';

const node = await createLightNode({ network: 'vision-devnet', signal: ['http://localhost:8081'] });
const output = document.querySelector('#height');
for await (const { height } of node.tips()) if (output !== null) output.textContent = String(height);
