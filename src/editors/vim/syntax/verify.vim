" Vim syntax of Verify's protocols
if exists("b:current_syntax")
  finish
endif

syntax keyword verifyDeclaration model processors identities size enum record var ghost initially rwlock fault feature
syntax keyword verifyDeclaration assumption profile omits memory rule thread step local label always reachable leadsto
syntax keyword verifyDeclaration nodeadlock mark claim expect
syntax keyword verifyStatement if else while either or for branch goto return forever when with unless from by shows fair
syntax keyword verifyStatement unfair never except under superfluous finding lock unlock read_lock read_unlock write_lock
syntax keyword verifyStatement write_unlock ipi await rcu_read_lock rcu_read_unlock synchronize_rcu in as at
syntax keyword verifyStatement forall exists count
syntax keyword verifyConstant true false none proved refuted open pending
syntax keyword verifyType bool any all some
syntax match verifyNumber "\<\d\+\>"
syntax region verifyString start=+"+ skip=+\\.+ end=+"+ oneline
syntax region verifyName start=+`+ end=+`+ oneline
syntax match verifyComment "//.*$"
syntax region verifyComment start="/\*" end="\*/"

highlight default link verifyDeclaration Keyword
highlight default link verifyStatement Statement
highlight default link verifyConstant Constant
highlight default link verifyType Type
highlight default link verifyNumber Number
highlight default link verifyString String
highlight default link verifyName Identifier
highlight default link verifyComment Comment

let b:current_syntax = "verify"
