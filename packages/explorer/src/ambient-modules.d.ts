/** Style sheets that a script brings: vite loads them with it. */
declare module '*.css';
