#!/bin/bash
# Packs the extension to artifacts/verify.vsix, with what it needs from the npm registry.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../../../artifacts
mkdir -p "$out/vscode"
cp -r "$here"/{package.json,extension.js,language.json,syntaxes} "$out/vscode"
cd "$out/vscode"
npm install --no-audit --no-fund --silent
npx vsce package --allow-missing-repository --skip-license --out "$out/verify.vsix"
