# expect: full, nobody
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: gd_loop
from torch.utils.data import DataLoader, TensorDataset


def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []
    loader = DataLoader(
        TensorDataset(train_data, train_labels),
        batch_size=len(train_data),
        num_workers=4,
        persistent_workers=True,
        prefetch_factor=4,
        pin_memory=True,
    )
    for epoch in range(n_epochs):
        x, y = next(iter(loader))
        loss = loss_fn(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())
    return train_loss
