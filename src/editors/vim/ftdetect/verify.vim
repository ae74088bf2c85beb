autocmd BufRead,BufNewFile *.verify setfiletype verify
