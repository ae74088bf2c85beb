// Starts the server `verify lsp`, and shows in an output channel what a claim that is checked comes to.
const vscode = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

let client;

exports.activate = async () => {
  const command = vscode.workspace.getConfiguration('verify').get('path');
  const results = vscode.window.createOutputChannel('Verify claims');
  client = new LanguageClient('verify', 'Verify', { command, args: ['lsp'] }, {
    documentSelector: [{ language: 'verify' }, { language: 'murphi' }],
    middleware: {
      executeCommand: async (name, given, next) => {
        const found = await next(name, given);
        if (found && found.text) {
          results.clear();
          results.append(found.text);
          results.show(true);
          vscode.window.setStatusBarMessage(`${found.claim}: ${found.verdict}`, 10000);
        }
        return found;
      },
    },
  });
  await client.start();
};

exports.deactivate = () => client && client.stop();
