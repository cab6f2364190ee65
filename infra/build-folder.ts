/** Where the bundles lie: `<name>/index.cjs`, with the files that the function reads beside it. */
export const buildFolder = '.build/functions'
