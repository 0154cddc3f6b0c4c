import {
  LightNodeProvider,
  useLightNode,
  useStatus,
  useTip,
  useTrust,
} from '@vision-light/browser-node/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

const options = { network: 'vision-devnet', signal: ['http://localhost:8081'] };

function Chain() {
  const { error } = useLightNode();
  const tip = useTip();
  const status = useStatus();
  const trust = useTrust();
  if (error !== undefined) return <p role="alert">{error.message}</p>;
  return (
    <dl>
      <dt>Height</dt>
      <dd id="height">{tip?.height}</dd>
      <dt>Phase</dt>
      <dd id="phase">{status?.phase}</dd>
      <dt>Trust</dt>
      <dd id="trust">{trust?.level}</dd>
    </dl>
  );
}

createRoot(document.querySelector('#root')).render(
  <StrictMode>
    <LightNodeProvider options={options}>
      <Chain />
    </LightNodeProvider>
  </StrictMode>,
);
