// A prebuilt JupyterLab extension written by hand: it links look.css, and needs no build and no other module.
(() => {
  const sheet = new URL('look.css', document.currentScript.src).href;
  const plugin = {
    id: 'chartpath-look:plugin',
    autoStart: true,
    activate: () => {
      const link = document.createElement('link');
      link.rel = 'stylesheet';
      link.href = sheet;
      document.head.append(link);
    }
  };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB['chartpath-look'] = {
    init: () => {},
    get: () => Promise.resolve(() => ({ __esModule: true, default: plugin }))
  };
})();
