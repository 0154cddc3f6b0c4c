VisionLight.createLightNode({ network: 'vision-devnet', signal: ['http://localhost:8081'] }).then((node) => {
  document.querySelector('vision-light-status').node = node;
  node.subscribe('tip', ({ height }) => {
    document.querySelector('#height').textContent = height;
  });
});
