# about: differentiates a function of the parameters with torch.func
# points: 6

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    from torch.func import functional_call, grad_and_value

    def loss_of(parameters):
        return loss_fn(functional_call(net, parameters, (train_data,)), train_labels)

    losses = []
    for _ in range(n_epochs):
        gradients, loss = grad_and_value(loss_of)(dict(net.named_parameters()))
        losses.append(loss.item())
        with torch.no_grad():
            for name, parameter in net.named_parameters():
                parameter.sub_(learning_rate * gradients[name])
    return losses
