package simcloud_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/facts"
	"github.com/ladder-iac/ladder/internal/simcloud"
)

// TestEveryReference takes each input that the facts call a reference: a missing name is refused, and the hold is
// what the facts say.
func TestEveryReference(t *testing.T) {
	t.Parallel()
	for _, token := range facts.Tokens() {
		typ, err := facts.Lookup(token)
		require.NoError(t, err)
		for _, ref := range typ.Names() {
			to, err := facts.Lookup(ref.To)
			require.NoError(t, err)
			target, ok := to.Target()
			require.True(t, ok)
			for _, by := range target.By {
				t.Run(token+" "+ref.Path+" by "+by, func(t *testing.T) {
					t.Parallel()
					w := newWorld(t).inClusterOf(token)
					missingName(w, token, ref, target)
					named := w.target(ref.To, "it", by, nil)
					holds(w, token, ref, target, named, facts.Text(named.outputs, by))
				})
			}
		}
	}
}

// target makes what a reference names.
func (w world) target(token, name, by string, inputs props) thing {
	w.t.Helper()
	typ, err := facts.Lookup(token)
	require.NoError(w.t, err)
	all := props{}
	maps.Copy(all, inputs)
	switch {
	case by == "principalArn": // of another account, of which nothing is known
		all[by] = "arn:aws:iam::999999999999:role/" + name
	case typ.HasInput(by) && by != "arn":
		all[by] = name + "-given"
	}
	return w.make(token, name, all)
}

// missingName expects the refusal of a name that nothing has, when it can be told.
func missingName(w world, token string, ref facts.Reference, target facts.Target) {
	w.t.Helper()
	gone := target.Form + "0123456789abcdef0"
	if service, prefix, isARN := strings.Cut(target.Form, ":"); isARN {
		gone = "arn:aws:" + service + ":us-east-1:" + simcloud.Account + ":" + prefix + "gone"
	}
	if !target.Own(simcloud.Account, gone) {
		require.Empty(w.t, target.Missing.Code)
		return
	}
	_, err := create(w.t, w.at(token), token, "lost", input(ref, gone))
	refused(w.t, err, target.Missing.Code, "creating "+token+` "lost"`, gone, strings.ReplaceAll(ref.Path, "[*]", "[0]")+": got ", ref.To)
	_, stands := w.cloud.Lookup(urn(token, "lost"))
	require.False(w.t, stands)

	was := w.make(token, "changed", props{})
	_, err = w.update(was, input(ref, gone))
	refused(w.t, err, target.Missing.Code, "updating "+token+` "changed"`, gone)
	require.NoError(w.t, w.delete(was))
}

// holds expects of a deletion what the hold says.
func holds(w world, token string, ref facts.Reference, target facts.Target, named thing, name string) {
	w.t.Helper()
	inputs := input(ref, name)
	if ref.While != "" {
		inputs[ref.While] = 2
	}
	if token == globalType {
		inputs["forceDestroy"] = true // else its source would hold it in turn
	}
	holder := w.make(token, "holder", inputs)
	last := holder
	switch ref.Hold {
	case facts.Belongs:
		require.NoError(w.t, w.delete(named), ref.Why)
		return
	case facts.Uses:
		if ref.Unless != "" {
			cleared := w.target(named.typ, "cleared", target.By[0], props{ref.Unless: true})
			w.make(token, "gone-along", input(ref, facts.Text(cleared.outputs, target.By[0])))
			require.NoError(w.t, w.delete(cleared))
		}
	case facts.Passes:
		last = user(w, holder)
	}
	refused(w.t, w.delete(named), target.InUse.Code, last.subject())
	require.NoError(w.t, w.delete(last))
	require.NoError(w.t, w.delete(named))
}

// user makes something that uses a group or template, which by itself holds nothing.
func user(w world, of thing) thing {
	w.t.Helper()
	from := facts.Naming(of.typ)[0]
	typ, err := facts.Lookup(from)
	require.NoError(w.t, err)
	to, err := facts.Lookup(of.typ)
	require.NoError(w.t, err)
	target, _ := to.Target()
	for _, ref := range typ.Names() {
		if ref.To == of.typ {
			inputs := input(ref, facts.Text(of.outputs, target.By[0]))
			inputs["desiredCapacity"] = 1
			return w.make(from, "user", inputs)
		}
	}
	require.Fail(w.t, "nothing uses a "+of.typ)
	return thing{}
}

// input gives inputs with the name at the reference's path.
func input(ref facts.Reference, name string) props {
	if ref.Within != nil {
		for _, text := range []string{`ALARM("%s")`, "cluster:%s", "replication-group/%s", `{"deadLetterTargetArn":"%s"}`} {
			if text = strings.Replace(text, "%s", name, 1); ref.Within.MatchString(text) {
				name = text
				break
			}
		}
	}
	var value any = name
	parts := strings.Split(ref.Path, ".")
	for _, part := range slices.Backward(parts) {
		key, isList := strings.CutSuffix(part, "[*]")
		if isList {
			value = []any{value}
		}
		value = props{key: value}
	}
	return value.(props)
}

// Names that were there before are not asked for again: AWS looks at what an update changes.
func TestUpdateKeepsNamesThatAreGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	role := w.make(roleType, "role", props{"assumeRolePolicy": trust})
	lifecycle := props{"executionRoleArn": facts.Text(role.outputs, "arn"), "description": "a"}
	policy := w.make("aws:dlm/lifecyclePolicy:LifecyclePolicy", "policy", lifecycle)
	require.NoError(t, w.delete(role))
	lifecycle["description"] = "b"
	_, err := w.update(policy, lifecycle)
	require.NoError(t, err)
}

// Every mistake is named at once.
func TestMissingNamesTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := create(t, w.client, instanceType, "machine", props{
		"subnetId": "subnet-0123456789abcdef0", "vpcSecurityGroupIds": []any{"sg-0123456789abcdef0"}, "iamInstanceProfile": "web",
	})
	refused(t, err, "InvalidSubnetID.NotFound", `vpcSecurityGroupIds[0]: got "sg-0123456789abcdef0"`, `iamInstanceProfile: got "web"`)
}
