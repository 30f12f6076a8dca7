// A person is taken out of a decision's texts.
MATCH (v:Verdict {id: $id}) SET v.mention = $mention, v.reason = $reason
