"""Every call of torch that its documentation does not promise, in one place, each with the public call it stands for.

They compute what the public calls compute, and save what those cost around it: a node of autograd's graph, a wrapper in
Python (`_op` is the function without it, which saves as much as a view costs), an output that nobody reads. A release
of torch may rename them, change their arguments or their result; requirements.txt pins one, and
tests/unit/test_torch_private.py compares each with its public counterpart.
If a call is gone, importing this module raises AttributeError; if its arguments changed, the first step of a training
raises TypeError or RuntimeError; if its result changed, those tests and the comparisons with autograd fail.
"""

import torch

threshold_backward = torch.ops.aten.threshold_backward.grad_input._op
"""(dh, h, 0, grad_input=dh): dh where h > 0, else 0. Public: the gradient of `torch.relu` by autograd."""

leaky_relu_backward = torch.ops.aten.leaky_relu_backward.grad_input._op
"""(dh, y, slope, False, grad_input=dh): dh where y > 0, else slope·dh. Public: that of `functional.leaky_relu`."""

tanh_backward = torch.ops.aten.tanh_backward.grad_input._op
"""(dh, h, grad_input=dh): dh·(1 − h²) for h = tanh(y). Public: the gradient of `torch.tanh`."""

sigmoid_backward = torch.ops.aten.sigmoid_backward.grad_input._op
"""(dh, h, grad_input=dh): dh·h·(1 − h) for h = sigmoid(y). Public: the gradient of `torch.sigmoid`."""

log_softmax_backward = torch._log_softmax_backward_data
"""(dp, p, dim, dtype): dp − softmax·Σ dp for p = log-softmax. Public: the gradient of `torch.log_softmax`."""

group_norm = torch.native_group_norm
"""(x, γ, β, N, C, B, groups, ε): `functional.group_norm`, and the mean and 1/√(σ² + ε) of each group with it."""

batch_norm = torch.native_batch_norm
"""(x, γ, β, mean, var, training, momentum, ε): `functional.batch_norm`, whose backward pass is the next one."""

batch_norm_backward = torch.ops.aten.native_batch_norm_backward.default._op
"""(dy, x, γ, None, None, μ, 1/√(σ² + ε), True, ε, [True]*3): ∂L/∂x, ∂L/∂γ, ∂L/∂β of `functional.batch_norm` in
training, given the batch's μ and σ. Public: its gradient by autograd."""
