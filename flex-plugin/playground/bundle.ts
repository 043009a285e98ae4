/** Bundles the page with the real Flex UI, and the plugin as Flex loads it: a script that finds React and Flex as globals. */
import { build, type Plugin } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const HERE = resolve(__dirname);

/** Flex's bundle asks for modules of Node's that it does not use in browsers. */
const withoutNode: Plugin = {
  name: 'without-node',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(path|crypto)$/ }, ({ path }) => ({ path, namespace: 'without-node' }));
    onLoad({ filter: /.*/, namespace: 'without-node' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/**
 * Lets the page set the clients that Flex's list of agents reads, which only signing in would make.
 *
 * Nothing else of Flex's code is changed.
 */
const withClients: Plugin = {
  name: 'with-clients',
  setup({ onLoad }) {
    onLoad({ filter: /twilio-flex\.prod\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace('t.FlexModule=l}', 't.FlexModule=window.FlexModule=l}');
      if (contents === text) throw new Error(`${path} has another form: find where it sets FlexModule.`);
      return { contents, loader: 'js' };
    });
  },
};

/** Another version of Flex UI than the newest: the one that `npm install` brought into a folder. */
const ofVersion = (folder: string): Plugin => ({
  name: 'of-version',
  setup({ onResolve }) {
    onResolve({ filter: /^@twilio\/flex-ui$/ }, () => ({
      path: resolve(folder, 'node_modules/@twilio/flex-ui/bundle/twilio-flex.prod.js'),
    }));
    // The page has one React.
    onResolve({ filter: /^(react|react-dom|react-redux)(\/.*)?$/ }, ({ path }) => ({
      path: require.resolve(path === 'react-dom/server' ? 'react-dom/server.browser' : path),
    }));
  },
});

/** As Twilio's build has it: https://www.twilio.com/docs/flex/developer/plugins/dependencies */
const fromFlex: Plugin = {
  name: 'from-flex',
  setup({ onResolve, onLoad }) {
    const globals: Record<string, string> = {
      react: 'React',
      'react-dom': 'ReactDOM',
      '@twilio/flex-ui': 'Twilio.Flex',
    };
    onResolve({ filter: /^(react|react-dom|@twilio\/flex-ui)$/ }, ({ path }) => ({ path, namespace: 'from-flex' }));
    onLoad({ filter: /.*/, namespace: 'from-flex' }, ({ path }) => ({
      contents: `module.exports = ${globals[path]};`,
    }));
  },
};

async function bundled(
  entry: string,
  options: { plugins: Plugin[]; define?: Record<string, string> },
): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [resolve(HERE, entry)],
    bundle: true,
    write: false,
    minify: true,
    logLevel: 'error',
    plugins: options.plugins,
    define: { 'process.env.NODE_ENV': '"production"', global: 'window', ...options.define },
  });
  return outputFiles[0]?.text ?? '';
}

function bundlePage(): Promise<string> {
  const { FLEX_UI_FOLDER } = process.env;
  const plugins = [withoutNode, withClients, ...(FLEX_UI_FOLDER ? [ofVersion(FLEX_UI_FOLDER)] : [])];
  return bundled('agent.tsx', { plugins });
}

/** The base that a build for tests has; served, it becomes the local stack's. */
export const PLACEHOLDER = 'https://functions.invalid';

/** The plugin from its source, or as `npm run build` left it in the file that `PLUGIN_BUNDLE` names. */
async function bundlePlugin(): Promise<string> {
  const { PLUGIN_BUNDLE } = process.env;
  if (PLUGIN_BUNDLE) {
    const text = await readFile(PLUGIN_BUNDLE, 'utf8');
    if (!text.includes(`"${PLACEHOLDER}"`)) throw new Error(`Build it with FLEX_APP_FUNCTIONS_BASE=${PLACEHOLDER}`);
    return text.replaceAll(`"${PLACEHOLDER}"`, 'window.FLEX_APP_FUNCTIONS_BASE');
  }
  const constants = ['PLUGIN_UNIQUE_NAME', 'PLUGIN_VERSION', 'FLEX_PLUGIN_SCRIPTS_VERSION', 'FLEX_PLUGIN_VERSION'];
  constants.push('FLEX_UI_VERSION', 'REACT_VERSION', 'REACT_DOM_VERSION');
  const define = Object.fromEntries(constants.map((name) => [`__FPB_${name}`, '"source"']));
  define['process.env.FLEX_APP_FUNCTIONS_BASE'] = 'window.FLEX_APP_FUNCTIONS_BASE';
  return bundled('../src/index.ts', { plugins: [fromFlex], define });
}

/** The page's script and the plugin's. */
export interface Bundles {
  page: string;
  plugin: string;
}

export async function makeBundles(): Promise<Bundles> {
  const [page, plugin] = await Promise.all([bundlePage(), bundlePlugin()]);
  return { page, plugin };
}

/** Makes them for several who read them with `keptBundles`. */
export async function keepBundles(folder: string): Promise<void> {
  const { page, plugin } = await makeBundles();
  await mkdir(folder, { recursive: true });
  await Promise.all([writeFile(join(folder, 'page.js'), page), writeFile(join(folder, 'plugin.js'), plugin)]);
}

export async function keptBundles(folder: string): Promise<Bundles> {
  const [page, plugin] = await Promise.all(
    ['page.js', 'plugin.js'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  return { page: page ?? '', plugin: plugin ?? '' };
}

/** A name for a script's present content, so that browsers may keep it, compiled too. */
export const versionOf = (script: string) => createHash('sha256').update(script).digest('hex').slice(0, 12);
